import { render } from 'preact'
import { warmUp } from './chart/elk-worker.js'
import { listenForKeys } from './keyboard.js'
import { connect } from './link/connect.js'
import { Shell } from './shell.js'
import { wearTheme } from './theme.js'

warmUp()
wearTheme()
const host = document.querySelector('#page')
if (host !== null) render(<Shell />, host)
connect()
listenForKeys()
