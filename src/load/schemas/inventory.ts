import { Type } from 'typebox'

// variables of inventories are shared with Ansible, so their names are not restricted here
const vars = { type: ['object', 'null'], title: 'Variables', description: 'variables of the group' }

export const inventorySchema = Type.Unsafe<unknown>({
  $defs: {
    group: {
      type: ['object', 'null'],
      title: 'Group',
      description: 'hosts, variables and child groups',
      properties: {
        hosts: {
          type: ['object', 'null', 'string'],
          additionalProperties: { type: ['object', 'null'], title: 'Host', description: 'variables of the host' },
          title: 'Hosts',
          description: 'hosts, or ranges like web[01:12], each with its variables',
        },
        vars,
        children: {
          type: ['object', 'null', 'string'],
          additionalProperties: { $ref: '#/$defs/group' },
          title: 'Children',
          description: 'groups inside this one',
        },
      },
      additionalProperties: false,
    },
  },
  type: 'object',
  title: 'Inventory',
  description: 'groups by name; `all` holds every host',
  additionalProperties: { $ref: '#/$defs/group' },
})
