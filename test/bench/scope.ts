import type { ProsodySetting, ProsodyUnderBench } from './prosody-under-bench.js'

/** How much is measured. */
export interface Scope {
  readonly isQuick: boolean
  /** Runs behind every median. */
  readonly runs: number
  /** A folder that is gone when the bench ends. */
  readonly folder: string
  /** Starts Prosody at the first call for a setting; the same one from then on. `undefined` where there is none. */
  prosody(setting: ProsodySetting): Promise<ProsodyUnderBench | undefined>
}
