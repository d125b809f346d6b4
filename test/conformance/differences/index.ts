import type { Differences } from './difference.ts'
import { inventoryDifferences } from './inventories.ts'
import { languageDifferences } from './language.ts'
import { runDifferences } from './runs.ts'
import { vaultDifferences } from './vaults.ts'

/** A case for each row of the table in docs/coming-from-ansible.md, by its id. */
export const differences: Differences = { ...languageDifferences, ...runDifferences, ...inventoryDifferences, ...vaultDifferences }
