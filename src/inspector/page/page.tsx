import { render } from 'preact'
import { loadLayouts } from './chart/known-layouts.js'
import { listenForKeys } from './keyboard.js'
import { connect } from './link/connect.js'
import { Shell } from './shell.js'
import { wearTheme } from './theme.js'

void loadLayouts()
wearTheme()
const host = document.querySelector('#page')
if (host !== null) render(<Shell />, host)
connect()
listenForKeys()
