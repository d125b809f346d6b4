/** Daemons that no package registry ships whole, built from their Go modules. One place for every version of the lab. */
export interface Built {
  readonly module: string
  readonly version: string
  /** of the module's zip, as sum.golang.org has it; its own go.sum pins everything below it */
  readonly sum: string
  /** main package inside the module */
  readonly command: string
  /** name of the program */
  readonly binary: string
  readonly tags: readonly string[]
  /** variable that the program takes its own version from */
  readonly versionVariable: string
  /** whether it links libflux: cgo, clang, protoc, cargo and InfluxData's pkg-config */
  readonly flux: boolean
}

/** For machines whose own Go is older than 1.21, which cannot fetch the toolchain that a module asks for. */
export const goToolchain = '1.26.8'

/** Stands in for pkg-config and builds libflux while the go command asks for it. */
export const fluxPkgConfig = 'github.com/influxdata/pkg-config@v0.2.14'

export const builds = {
  influxdb2: {
    module: 'github.com/influxdata/influxdb/v2',
    version: 'v2.7.12',
    sum: 'h1:m25dUSO7h6nm3zFC4v/aCNeFFmnN/mlN/uPo1T63bmk=',
    command: './cmd/influxd',
    binary: 'influxd',
    // As in its GNUmakefile, but for `assets`: the web page is generated there and not part of the module.
    tags: ['sqlite_foreign_keys', 'sqlite_json', 'noassets'],
    versionVariable: 'main.version',
    flux: true,
  },
  telegraf: {
    module: 'github.com/influxdata/telegraf',
    version: 'v1.37.2',
    sum: 'h1:mYr0I/suEw9+UM4KrCFuYuzJuq/e99cINniIwqO6ykw=',
    command: './cmd/telegraf',
    binary: 'telegraf',
    // `custom` leaves out every plugin that has no tag of its own here: a third of the time and of the size.
    tags: [
      'custom',
      'inputs.exec',
      'inputs.internal',
      'inputs.prometheus',
      'outputs.file',
      'outputs.influxdb',
      'outputs.influxdb_v2',
      'parsers.influx',
      'serializers.influx',
    ],
    versionVariable: 'github.com/influxdata/telegraf/internal.Version',
    flux: false,
  },
} as const satisfies Readonly<Record<string, Built>>

export type BuiltName = keyof typeof builds
