// `node --import` of this file writes the address of every ES module that is loaded to stderr, a line each.
import { register } from 'node:module'

const hook = `
import { writeSync } from 'node:fs'
export async function resolve(name, context, next) {
  const found = await next(name, context)
  writeSync(2, 'loaded ' + found.url + '\\n')
  return found
}`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
