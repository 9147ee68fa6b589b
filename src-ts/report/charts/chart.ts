import * as vega from 'vega'

/** Colours by role, as CSS variables of report.css: they follow the reader's dark or light mode. */
export const INK = 'var(--ink)'
export const MUTED = 'var(--muted)'
export const LINE = 'var(--line)'
export const FLOAT = 'var(--float)'
export const INT8 = 'var(--int8)'
const LABEL_COLOURS = 8

/** Returns the colour of a label: its place in the label order decides, everywhere. More than eight labels share colours. */
export function labelColour(index: number): string {
  return `var(--label-${index % LABEL_COLOURS})`
}

const CONFIG: vega.Config = {
  background: 'transparent',
  axis: {
    domainColor: MUTED,
    gridColor: LINE,
    labelColor: INK,
    labelFont: 'inherit',
    labelFontSize: 11,
    tickColor: MUTED,
    tickSize: 4,
    titleColor: INK,
    titleFont: 'inherit',
    titleFontSize: 11,
    titleFontWeight: 'normal',
  },
  legend: { labelColor: INK, labelFont: 'inherit', labelFontSize: 11, rowPadding: 3 },
  title: {
    anchor: 'start',
    color: INK,
    font: 'inherit',
    fontSize: 12,
    offset: 8,
    subtitleColor: MUTED,
    subtitleFont: 'inherit',
    subtitleFontSize: 11,
  },
  text: { fill: INK, font: 'inherit', fontSize: 11 },
}

/** Returns the SVG of a Vega specification. The same data gives the same text. What it shows is said by the figure around it, not by each mark. */
export async function drawChart(spec: vega.Spec): Promise<string> {
  const view = new vega.View(vega.parse({ ...spec, padding: 4 }, CONFIG), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return svg.replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
}
