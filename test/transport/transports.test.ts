import { pairings } from './pairings.js'
import { describeTransport } from './suite.js'

for (const [name, setUp] of pairings) describeTransport(name, setUp)
