/** How a plain scalar (one without quotes) becomes a value. */
export type Dialect = 'core' | 'pyyaml'

type Plain = null | boolean | number | string

/**
 * `core`: YAML 1.2 core schema, for playbooks and roles. `pyyaml`: what PyYAML's SafeLoader makes of it, for inventories and
 * files of variables, because those are shared with Ansible. Dates stay text in both.
 */
export function resolvePlain(text: string, dialect: Dialect): Plain {
  switch (dialect) {
    case 'core':
      return resolveCore(text)
    case 'pyyaml':
      return resolvePyYaml(text)
  }
}

// YAML 1.2.2, section 10.3.2 "Tag Resolution".
function resolveCore(text: string): Plain {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  // `+ 0` turns -0 into 0, which is what an integer is
  if (/^[-+]?[0-9]+$/.test(text)) return Number.parseInt(text, 10) + 0
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8)
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16)
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text)
  return specialFloat(text) ?? text
}

// The expressions of PyYAML's resolver.py (6.0.3), tried in the order it registers them.
function resolvePyYaml(text: string): Plain {
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return true
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return false
  if (
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/.test(
      text,
    )
  ) {
    return sexagesimal(text.replaceAll('_', ''))
  }
  const special = specialFloat(text)
  if (special !== undefined) return special
  if (/^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/.test(text)) {
    return pyYamlInt(text.replaceAll('_', ''))
  }
  return /^(?:~|null|Null|NULL|)$/.test(text) ? null : text
}

function specialFloat(text: string): number | undefined {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : undefined
}

function pyYamlInt(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '')
  if (digits.startsWith('0b')) return sign * Number.parseInt(digits.slice(2), 2)
  if (digits.startsWith('0x')) return sign * Number.parseInt(digits.slice(2), 16)
  if (digits.includes(':')) return sexagesimal(text)
  return sign * Number.parseInt(digits, digits.length > 1 && digits.startsWith('0') ? 8 : 10) + 0
}

/** `1:30` is 90: PyYAML reads groups of sixty. A text without a colon is read as it is. */
function sexagesimal(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const groups = text.replace(/^[-+]/, '').split(':')
  return sign * groups.reduce((sum, group) => sum * 60 + Number(group), 0)
}
