/** Keys of an input of a role that are not part of the schema of its value. Apart from role.ts, so that TypeBox stays out of the program. */
export const inputKeys = ['description', 'default', 'required'] as const
