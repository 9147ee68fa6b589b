import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkPackage, startPackage } from '../../src-ts/package/flash.ts'
import { packageModel } from '../../src-ts/package/package.ts'
import { boardOf, readTarget, targetsFolder } from '../../src-ts/package/target.ts'
import { seededVectors } from '../../src-ts/package/vectors.ts'
import { firmwareTool, programOnPath, wasmtimeHost } from '../../src-ts/toolchain.ts'
import { testUnless } from '../helpers/environment.ts'
import { tinyModel } from '../helpers/tiny-network.ts'
import { missingForC, missingProgram } from './c-harness.ts'

const test = suite('package/raspberry-pi')

const noWasmtime =
  wasmtimeHost() && firmwareTool('piCompiler') ? undefined : 'wasmtime is missing (npx holter setup wasmtime firmware)'
const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(path => existsSync(path)) ?? programOnPath('sshd')
const noSsh =
  missingForC() ??
  noWasmtime ??
  (sshd ? undefined : 'sshd is missing (apt-get install openssh-server)') ??
  missingProgram('ssh') ??
  missingProgram('rsync')

/** The board that is reached over ssh, its programs built for this machine. */
const target = readTarget('raspberry-pi')
const { compile, builds, library } = boardOf(target, 'this-machine')
const board = { ...boardOf(target, 'ssh'), compile, builds, library }

testUnless(
  noSsh,
  'package/raspberry-pi',
  test,
)('a package goes over ssh and proves itself there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holter-ssh-'))
  const server = await startServer(folder)
  const path = process.env.PATH
  try {
    // ssh takes no configuration from its environment: the first `ssh` on the path gives it.
    process.env.PATH = `${join(folder, 'bin')}:${path}`
    const model = tinyModel()
    const packaged = join(folder, 'package')
    const vectors = await seededVectors(model, 16, 1)
    await packageModel(model, 'tiny', target, board, { adc: { gain: 1000, baseline: 0 }, vectors }, packaged)
    const { line, pass } = startPackage(checkPackage(packaged, 'raspberry-pi'), { host: 'device' })!
    assert.is(pass, 16, line)
    assert.ok(existsSync(join(folder, 'home', 'holter', 'install.sh')))

    // What was damaged on its way is refused by the device.
    const slot = join(folder, 'home', 'holter', 'model.this-machine.slot')
    const bytes = readFileSync(slot)
    bytes[2000] ^= 1
    writeFileSync(slot, bytes)
    const { stdout, status } = spawnSync('ssh', ['device', 'cd holter && ./holter-service --self-test'], {
      encoding: 'utf8',
    })
    assert.is(status, 1)
    assert.match(stdout, 'the module is damaged')
  } finally {
    process.env.PATH = path
    server.kill()
  }
})

const noSystemd = missingProgram('systemd-analyze')
testUnless(
  noSystemd,
  'package/raspberry-pi',
  test,
)('the unit is well formed, unprivileged and sandboxed', () => {
  const unit = join(mkdtempSync(join(tmpdir(), 'holter-unit-')), 'holter.service')
  const text = readFileSync(join(targetsFolder, 'runtime', 'holter.service'), 'utf8')
  assert.match(text, /^DynamicUser=yes$/m)
  assert.match(text, /^MemoryMax=/m)
  writeFileSync(unit, text.replaceAll('/opt/holter/holter-service', process.execPath))
  execFileSync('systemd-analyze', ['verify', unit])
  const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=15', unit], {
    encoding: 'utf8',
  })
  assert.match(said, /Overall exposure level for holter.service: [01]\.\d OK/)
})

/** An sshd of this user with keys of its own, on a free port of loopback; `ssh device` reaches it, and lands in `folder`/home. */
async function startServer(folder: string): Promise<ChildProcess> {
  const port = await freePort()
  const [home, bin, key, config] = ['home', 'bin', 'key', 'config'].map(name => join(folder, name))
  mkdirSync(home)
  mkdirSync(bin)
  for (const name of ['key', 'host-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  const command = `command="cd ${home} && exec sh -c \\"$SSH_ORIGINAL_COMMAND\\""`
  writeFileSync(join(folder, 'authorized'), `${command} ${readFileSync(`${key}.pub`, 'utf8')}`)
  const client = ['Host device', 'HostName 127.0.0.1', `Port ${port}`, `User ${userInfo().username}`]
  const trust = [
    `IdentityFile ${key}`,
    'IdentitiesOnly yes',
    'StrictHostKeyChecking no',
    'UserKnownHostsFile /dev/null',
  ]
  writeFileSync(config, `${[...client, ...trust, 'LogLevel ERROR'].join('\n')}\n`)
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec ${programOnPath('ssh')} -F ${config} "$@"\n`)
  chmodSync(join(bin, 'ssh'), 0o755)
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const options = [`HostKey=${folder}/host-key`, `AuthorizedKeysFile=${folder}/authorized`, 'ListenAddress=127.0.0.1']
  const more = [
    `Port=${port}`,
    'StrictModes=no',
    'UsePAM=no',
    'PasswordAuthentication=no',
    'PidFile=none',
    'PermitRootLogin=yes',
  ]
  const server = spawn(sshd!, ['-D', '-e', '-f', '/dev/null', ...[...options, ...more].flatMap(word => ['-o', word])])
  let log = ''
  server.stderr.on('data', text => {
    log += text
  })
  for (let waited = 0; !log.includes('Server listening'); waited++) {
    if (waited === 100 || server.exitCode !== null) throw new Error(`sshd does not start: ${log}`)
    await sleep(50)
  }
  return server
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

test.run()
