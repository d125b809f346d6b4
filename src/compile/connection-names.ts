/** Ansible's names of each setting, and ours before them. */
export const settingNames = {
  address: ['tlsplay_host', 'ansible_host', 'ansible_ssh_host'],
  port: ['tlsplay_port', 'ansible_port', 'ansible_ssh_port'],
  user: ['tlsplay_user', 'ansible_user', 'ansible_ssh_user'],
  privateKey: ['tlsplay_private_key_file', 'ansible_ssh_private_key_file', 'ansible_private_key_file'],
  password: ['tlsplay_password', 'ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  knownHosts: ['tlsplay_known_hosts_file'],
  jump: ['tlsplay_jump'],
  /** in the order in which Ansible puts them on the command line of ssh, where the first of several counts */
  sshArguments: ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'],
  transport: ['tlsplay_connection', 'ansible_connection'],
  become: ['tlsplay_become', 'ansible_become'],
  becomeMethod: ['tlsplay_become_method', 'ansible_become_method'],
  becomeUser: ['tlsplay_become_user', 'ansible_become_user'],
  becomePassword: ['tlsplay_become_password', 'ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  stateFolder: ['tlsplay_state_folder'],
  timeout: ['tlsplay_connect_timeout', 'ansible_timeout', 'ansible_ssh_timeout'],
} as const

/** Variables whose texts are secret wherever they are read. */
export const secretNames: ReadonlySet<string> = new Set([...settingNames.password, ...settingNames.becomePassword])
