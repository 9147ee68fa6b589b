/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly html: string
}

type Value = string | number | Html | false | undefined | readonly Value[]

/**
 * Returns the markup of a template. Values are escaped, in text and in quoted attributes; only `Html` goes in as it is, a list
 * one entry after another. Attributes must be quoted.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: strings.reduce((page, part, i) => page + markup(values[i - 1]) + part) }
}

/** Returns trusted markup (an SVG of ours, the style sheet) as Html. */
export function raw(trusted: string): Html {
  return { html: trusted }
}

/** Returns text with the five characters escaped that mean something in HTML and SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

function markup(value: Value): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  return 'html' in value ? value.html : value.map(markup).join('')
}
