import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DataServer, dataServer } from '../../helpers/data-server.ts'
import { skip } from '../../helpers/environment.ts'
import { type ProxyServer, proxyServer } from '../../helpers/proxy-server.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const name = 'ecg/proxy'
const test = suite(name)
const root = fileURLToPath(new URL('../../../', import.meta.url))
const FILES = { 'table.csv': Buffer.from('table'), 'a/1.dat': Buffer.alloc(3000, 7) }
const REQUESTS = 3

/** Fetches the files into a folder in a process of its own, whose environment names the proxy; what it prints. */
function fetchInto(dir: string, base: string, environment: Readonly<Record<string, string>>) {
  const script = `
    import { fetchDataset } from './src-ts/ecg/datasets/fetch-dataset.ts'
    const source = { path: 'files/set/1.0', last: 'table.csv', wanted: () => true }
    const options = { base: process.argv[1], attempts: 2, retryDelayMs: 1, jobs: 1 }
    await fetchDataset(source, process.argv[2], options).then(({ files }) => console.log(files), error => console.log(error.message))`
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/_proxy$/i.test(key)))
  const args = ['--import', './tools/typescript.mjs', '--input-type=module', '-e', script, base, dir]
  const child = spawn(process.execPath, args, { cwd: root, env: { ...clean, ...environment } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk))
  return new Promise<string>(resolve => child.on('close', () => resolve(text)))
}

/** Runs `use` with a folder, a server and a proxy before it. */
const behindProxy = (
  use: (dir: string, server: DataServer, proxy: ProxyServer) => Promise<void>,
  { refuse, tls }: { refuse?: number; tls?: { key: string; cert: string } } = {},
) =>
  inFolder(async dir => {
    const [server, proxy] = [await dataServer(FILES, undefined, tls), await proxyServer(refuse)]
    try {
      await use(dir, server, proxy)
    } finally {
      await proxy.close()
      await server.close()
    }
  })

const complete = (dir: string) => {
  for (const [file, bytes] of Object.entries(FILES)) assert.equal(readFileSync(join(dir, file)), bytes)
}

test('HTTP_PROXY: every request is forwarded by the proxy, with the login of its address', () =>
  behindProxy(async (dir, server, proxy) => {
    const withLogin = proxy.url.replace('//', '//me:secret%21@')
    assert.is(await fetchInto(dir, server.url, { HTTP_PROXY: withLogin }), '2\n')
    complete(dir)
    assert.is(proxy.forwarded.length, REQUESTS)
    assert.ok(proxy.forwarded.every(url => url.startsWith(`${server.url}/files/set/1.0/`)))
    assert.equal(new Set(proxy.logins), new Set([`Basic ${Buffer.from('me:secret!').toString('base64')}`]))
    assert.is(proxy.tunnelled.length, 0)
  }))

test('NO_PROXY: its hosts are reached without the proxy', () =>
  behindProxy(async (dir, server, proxy) => {
    assert.is(await fetchInto(dir, server.url, { http_proxy: proxy.url, NO_PROXY: 'example.org,127.0.0.1' }), '2\n')
    complete(dir)
    assert.equal([proxy.forwarded.length, proxy.tunnelled.length, server.requests.length], [0, 0, REQUESTS])
  }))

test('a proxy that refuses, one that is not there, an address that is none', () =>
  behindProxy(
    async (dir, server, proxy) => {
      const plain = await fetchInto(dir, server.url, { HTTP_PROXY: proxy.url })
      assert.match(
        plain,
        /SHA256SUMS\.txt: the proxy wants a login \(got 407\)\. Check the proxy that HTTP_PROXY names/,
      )
      const tunnel = await fetchInto(dir, 'https://127.0.0.1:4443', { HTTPS_PROXY: proxy.url })
      assert.match(
        tunnel,
        /SHA256SUMS\.txt: the proxy wants a login \(got 407\)\. Check the proxy that HTTPS_PROXY names/,
      )
      assert.equal([proxy.forwarded.length, proxy.tunnelled, server.requests.length], [1, ['127.0.0.1:4443'], 0])
      await proxy.close()
      const nobody = await fetchInto(dir, server.url, { HTTP_PROXY: proxy.url })
      assert.match(nobody, /connection failed \(ECONNREFUSED\)\. Check the proxy that HTTP_PROXY names/)
      for (const address of ['me:secret@proxy:3128', 'socks5://me:secret@proxy:1080', 'proxy']) {
        const text = await fetchInto(dir, server.url, { https_proxy: address })
        assert.match(text, /^\[ecg\] https_proxy: this is no address of a proxy \(expected such as http:\/\/proxy/)
        assert.not.match(text, /secret/)
      }
    },
    { refuse: 407 },
  ))

if (spawnSync('openssl', ['version']).status !== 0) {
  skip(name, 'HTTPS through a tunnel', 'needs the program openssl, which makes the certificate of the test')
} else {
  test('HTTPS_PROXY: a tunnel through the proxy, and the certificate is that of the server', () =>
    inFolder(async dir => {
      const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
      const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1`
      execFileSync('openssl', [...made.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' })
      const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
      await behindProxy(
        async (out, server, proxy) => {
          const trusted = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: cert }
          assert.is(await fetchInto(out, server.url, trusted), '2\n')
          complete(out)
          assert.ok(proxy.tunnelled.length > 0 && proxy.tunnelled.every(host => `https://${host}` === server.url))
          assert.equal([proxy.forwarded.length, server.requests.length], [0, REQUESTS])
          assert.match(await fetchInto(out, server.url, { HTTPS_PROXY: proxy.url }), /SELF_SIGNED_CERT/)
        },
        { tls },
      )
    }))
}

test.run()
