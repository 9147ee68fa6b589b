import type { NetworkPlan, Plan, PlannedNode, View } from './plan.ts'

/** Returns a plan as plain data for `--json`: names and numbers, without tensors' data. */
export function planData({ flavour, goal, networks, constantsAddress }: Plan) {
  return {
    flavour,
    goal,
    constantsAddress,
    networks: networks.map(network => ({
      name: network.graph.name,
      arena: { address: network.arenaAddress, ...arenaOf(network) },
      inputs: network.inputs,
      outputs: network.outputs,
      states: network.states.map(({ name, address, bytes }) => ({ name, address, bytes })),
      strips: network.strips.map(({ first, last, begin, end }) => ({ first, last, begin, end })),
      nodes: network.nodes.map(node => ({
        name: node.prepared.view.name,
        op: node.prepared.op.kind,
        kernel: node.kernel?.name ?? null,
        cost: node.cost ?? null,
        rejected: node.rejected,
        inputs: node.inputs,
        outputs: node.outputs,
        scratch: node.scratch ?? null,
        reserved: node.reserved ?? null,
      })),
      buffers: network.buffers.map((buffer, i) => ({ ...buffer, address: addressOf(network, i) })),
    })),
  }
}

function arenaOf({ arena }: NetworkPlan) {
  const { bytes, lowerBoundBytes, optimal } = arena
  return { bytes, lowerBoundBytes, optimal }
}

function addressOf({ arenaAddress, arena }: NetworkPlan, buffer: number): number {
  return arenaAddress + arena.offsets[buffer]
}

/** Returns a plan as text: for each node its kernel, cost, places and scratch, then the buffers with their lifetimes, then the totals. */
export function planText(plan: Plan): string {
  return plan.networks.map(network => networkText(plan, network)).join('\n')
}

function networkText({ flavour, goal, constantsAddress }: Plan, network: NetworkPlan): string {
  const { graph, nodes, arena, arenaAddress } = network
  const reserved = nodes.flatMap(node => node.reserved ?? [])
  const startUp = reserved.map(({ name, address, bytes }) => `  ${address} ${name}, ${bytes} bytes`)
  return [
    `${printable(graph.name)}, ${flavour}, for ${goal}`,
    `arena ${arena.bytes} bytes at ${arenaAddress}, lower bound ${arena.lowerBoundBytes}${arena.optimal ? ', optimal' : ''}; constants from ${constantsAddress}`,
    ...network.strips.map(
      ({ first, last, begin, end }) =>
        `nodes ${first} to ${last} run in strips, ${begin} to ${end - 1}; theirs are the figures of one strip`,
    ),
    '',
    'nodes: kernel (estimated ns; other kernels that fit): inputs → outputs, addresses',
    ...nodes.flatMap((node, step) => nodeLines(node, step)),
    '',
    'buffers: address, bytes, first and last node that need them (−1: before the first)',
    ...network.buffers.map(
      ({ name, bytes, first, last }, i) =>
        `  ${addressOf(network, i)} ${printable(name)}, ${bytes} bytes, ${first} to ${last}`,
    ),
    ...(startUp.length ? ['', 'filled once at start-up', ...startUp] : []),
    '',
  ].join('\n')
}

function nodeLines(node: PlannedNode, step: number): string[] {
  const { prepared, kernel, cost, rejected, inputs, outputs, scratch } = node
  const others = rejected.map(other => `${other.name}${other.cost === undefined ? '' : ` ${Math.round(other.cost)}`}`)
  const about = [...(cost === undefined ? [] : [`${Math.round(cost)}`]), ...others].join('; ')
  const how = kernel ? `${kernel.name}${about && ` (${about})`}` : 'nothing to run: the same bytes'
  const at = (views: readonly View[]) => views.map(({ address }) => address).join(', ')
  return [
    `  ${step} ${prepared.op.kind} ${printable(prepared.view.name)}`,
    `     ${how}: ${at(inputs)} → ${at(outputs)}${scratch ? `, scratch ${scratch.bytes} bytes at ${scratch.address}` : ''}`,
  ]
}

function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, '·')
}
