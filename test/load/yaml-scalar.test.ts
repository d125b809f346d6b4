import { expect, test } from 'vitest'
import { resolvePlain } from '../../src/load/yaml-scalar.ts'

// `pyyaml` holds what yaml.safe_load of PyYAML 6.0.3 gave for the text (dates aside: they stay text here);
// `core` holds what YAML 1.2.2 section 10.3.2 says.
const same = (value: unknown) => ({ core: value, pyyaml: value })

test.each([
  { text: '', ...same(null) },
  { text: '~', ...same(null) },
  { text: 'null', ...same(null) },
  { text: 'nUll', ...same('nUll') },
  { text: 'true', ...same(true) },
  { text: 'False', ...same(false) },
  { text: 'tRue', ...same('tRue') },
  { text: 'yes', core: 'yes', pyyaml: true },
  { text: 'No', core: 'No', pyyaml: false },
  { text: 'on', core: 'on', pyyaml: true },
  { text: 'OFF', core: 'OFF', pyyaml: false },
  { text: 'y', ...same('y') },
  { text: 'n', ...same('n') },
  { text: '0', ...same(0) },
  { text: '-0', ...same(0) },
  { text: '12', ...same(12) },
  { text: '+12', ...same(12) },
  { text: '0644', core: 644, pyyaml: 420 },
  { text: '-010', core: -10, pyyaml: -8 },
  { text: '08', core: 8, pyyaml: '08' },
  { text: '0o17', core: 15, pyyaml: '0o17' },
  { text: '0x1F', ...same(31) },
  { text: '-0x1F', core: '-0x1F', pyyaml: -31 },
  { text: '0b101', core: '0b101', pyyaml: 5 },
  { text: '1_000', core: '1_000', pyyaml: 1000 },
  { text: '1:30', core: '1:30', pyyaml: 90 },
  { text: '190:20:30', core: '190:20:30', pyyaml: 685_230 },
  { text: '1:60', core: '1:60', pyyaml: '1:60' },
  { text: '1:30.5', core: '1:30.5', pyyaml: 90.5 },
  { text: '0:30', core: '0:30', pyyaml: '0:30' },
  { text: '1.5', ...same(1.5) },
  { text: '1.', ...same(1) },
  { text: '.5', ...same(0.5) },
  { text: '-.5', core: -0.5, pyyaml: '-.5' },
  { text: '1e3', core: 1000, pyyaml: '1e3' },
  { text: '1.0e3', core: 1000, pyyaml: '1.0e3' },
  { text: '1.0e+3', ...same(1000) },
  { text: '1_0.5', core: '1_0.5', pyyaml: 10.5 },
  { text: '.inf', ...same(Number.POSITIVE_INFINITY) },
  { text: '-.INF', ...same(Number.NEGATIVE_INFINITY) },
  { text: '.NaN', ...same(Number.NaN) },
  { text: '2020-01-01', ...same('2020-01-01') },
  { text: '1.2.3', ...same('1.2.3') },
  { text: '10.0.0.1', ...same('10.0.0.1') },
  { text: '0.', ...same(0) },
  { text: '+.inf', ...same(Number.POSITIVE_INFINITY) },
])('"$text" is $core in a playbook and $pyyaml in an inventory', ({ text, core, pyyaml }) => {
  expect(resolvePlain(text, 'core')).toEqual(core)
  expect(resolvePlain(text, 'pyyaml')).toEqual(pyyaml)
})
