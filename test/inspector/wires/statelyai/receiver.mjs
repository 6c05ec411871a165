// A viewer of somebody else: prints every message that it is told, one a line.
import { createWebSocketReceiver } from '@statelyai/inspect'

createWebSocketReceiver({ server: process.argv[2] }).subscribe((event) => console.log(JSON.stringify(event)))
