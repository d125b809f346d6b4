/** Which Debian and Alpine package brings a tool: what a person types when the tool is missing. */
const packages: Readonly<Record<string, string>> = {
  openssl: 'openssl',
  sha256sum: 'coreutils',
  base64: 'coreutils',
  stat: 'coreutils',
  mktemp: 'coreutils',
  head: 'coreutils',
  timeout: 'coreutils',
  sed: 'sed',
  awk: 'mawk or busybox',
  systemctl: 'systemd',
}

export function packageOf(tool: string): string {
  return packages[tool] ?? tool
}
