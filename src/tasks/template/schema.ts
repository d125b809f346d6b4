import { type Static, Type } from 'typebox'
import { group, hostPath, mode, owner } from '../../lib/schema.ts'

export const schema = Type.Object(
  {
    src: Type.String({
      pattern: '^[^\\x00-\\x1f]+$',
      description: 'Handlebars file of the controller (.hbs), searched in templates/ of the role first',
    }),
    dest: hostPath('absolute path on the host; with a slash at its end a folder, and the name of src without .hbs is kept'),
    owner,
    group,
    mode: mode('0644'),
  },
  { additionalProperties: false, title: 'template', description: 'a file on the host, rendered from a template' },
)

export type TemplateParams = Static<typeof schema>
