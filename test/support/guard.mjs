// Runs one server for a test run: `node guard.mjs FOLDER COMMAND ARGUMENT…`. It ends the server's whole process group
// and removes FOLDER when its standard input closes, which the system does for it however the test run ends. Anything said
// there ends the server and starts it again in the same folder; `started again` says when.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

const killAfterMs = 5000
const [folder, command, ...parameters] = process.argv.slice(2)
let isStopping = false
let isRestarting = false
let server = start()

function start() {
  const started = spawn(command, parameters, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  started.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    leave(127)
  })
  started.on('exit', (code) => {
    if (!isRestarting || isStopping) return leave(isStopping ? 0 : (code ?? 1))
    isRestarting = false
    signalGroup('SIGKILL')
    server = start()
    process.stdout.write('started again\n')
  })
  return started
}

function signalGroup(signal) {
  if (server.pid === undefined) return
  try {
    process.kill(-server.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function stop() {
  if (isStopping) return
  isStopping = true
  signalGroup('SIGTERM')
  setTimeout(() => signalGroup('SIGKILL'), killAfterMs).unref()
}

function leave(code) {
  if (server.pid !== undefined) signalGroup('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

function restart() {
  isRestarting = true
  signalGroup('SIGTERM')
}

process.stdin.on('end', stop).on('error', stop).on('data', restart)
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, stop)
// Whoever read the output may be gone.
process.stdout.on('error', stop)
