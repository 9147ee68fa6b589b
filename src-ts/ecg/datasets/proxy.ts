import type { Dispatcher, fetch, RequestInit, Response } from 'undici'
import { HolterError } from '../../errors.ts'

/** Where people name their proxy; the lower-case name counts first, as in curl. */
const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const

let agent: Dispatcher | undefined

/**
 * Returns a fetch that goes through the proxies of HTTP_PROXY and HTTPS_PROXY, except to the hosts of NO_PROXY: Node.js reads these
 * variables only in newer versions, and only when it is told to. HTTP is forwarded, HTTPS tunnelled. An address that is none is an error.
 */
export async function proxyingFetch(): Promise<(url: string, init: RequestInit) => Promise<Response>> {
  for (const name of VARIABLES) checkProxy(name)
  // Loaded only where something is downloaded: every other command starts without it.
  const undici: { fetch: typeof fetch; EnvHttpProxyAgent: new (options: object) => Dispatcher } = await import('undici')
  agent ??= new undici.EnvHttpProxyAgent({ proxyTunnel: false })
  return (url, init) => undici.fetch(url, { ...init, dispatcher: agent })
}

/** Returns what to try when a connection fails and a proxy is set, else undefined. */
export function proxyHint(): string | undefined {
  const name = VARIABLES.find(variable => process.env[variable])
  return (
    name &&
    `Check the proxy that ${name} names (NO_PROXY lists hosts to reach without it); run the command again to go on`
  )
}

/** The value is not shown: it may hold a password. */
function checkProxy(name: string): void {
  const value = process.env[name]
  if (!value || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return
  const problem = 'this is no address of a proxy'
  throw new HolterError({ stage: 'ecg', where: name, problem, expected: 'such as http://proxy.example:3128' })
}
