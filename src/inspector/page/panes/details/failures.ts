// A script of its own, which the page loads when something has failed for the first time.
import { failureSentences, failureTable } from './failure-table.js'

Object.assign(globalThis, { failureWords: { sentences: failureSentences, table: failureTable } })
