/**
 * A row of the catalogue of what goes wrong with TLS. What is written in logs is matched against `patterns`; rules over facts
 * (`rules.ts`) name rows by their id. The fragments were seen on the daemons themselves where test/fleet/doctor.test.ts plants
 * them; the others come from the sources of the products.
 */
export interface CatalogueRow {
  /** number in the catalogue that is counted in docs/doctor.md, or a name */
  readonly id: string
  /** lower case, no final period */
  readonly title: string
  /**
   * where its words count: `handshake`, what a server says of a client; `call`, what a service says of a server it calls;
   * `own`, everything else a service says; `any`
   */
  readonly seen: 'handshake' | 'call' | 'own' | 'any'
  readonly patterns: readonly RegExp[]
  readonly cause: string
  readonly fix: string
  /** whose role brings it in order: that of the server, of the client, or of what clients trust */
  readonly by?: 'server' | 'client' | 'trust'
  /** nothing is broken by it for certain */
  readonly note?: true
}
