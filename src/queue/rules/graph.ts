/** Directed edges between numbered nodes: edge `i` goes from `from[i]` to `to[i]`. */
export interface Edges {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export type Layers =
  /** For each node the length of the longest chain that starts at it; 0 when it points nowhere. */
  | { readonly kind: "acyclic"; readonly depths: Uint32Array }
  /** The nodes of one cycle, in the order they point at each other. */
  | { readonly kind: "cyclic"; readonly cycle: readonly number[] };

/**
 * Measures every chain, or finds a cycle. Works inwards from the nodes that point nowhere, without recursion:
 * chains may be as long as the queue.
 */
export function layersOf(nodeCount: number, edges: Edges): Layers {
  const { from, to } = edges;
  const open = new Uint32Array(nodeCount);
  const starts = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < from.length; edge += 1) {
    add(open, from[edge], 1);
    add(starts, (to[edge] ?? 0) + 1, 1);
  }
  for (let node = 0; node < nodeCount; node += 1) add(starts, node + 1, starts[node] ?? 0);
  const sources = new Uint32Array(from.length);
  const filled = starts.slice();
  for (let edge = 0; edge < from.length; edge += 1) {
    const target = to[edge] ?? 0;
    sources[filled[target] ?? 0] = from[edge] ?? 0;
    add(filled, target, 1);
  }

  const depths = new Uint32Array(nodeCount);
  const finished = new Uint32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node += 1) {
    if (open[node] === 0) finished[count++] = node;
  }
  for (let at = 0; at < count; at += 1) {
    const target = finished[at] ?? 0;
    const below = (depths[target] ?? 0) + 1;
    const end = starts[target + 1] ?? 0;
    for (let slot = starts[target] ?? 0; slot < end; slot += 1) {
      const source = sources[slot] ?? 0;
      if ((depths[source] ?? 0) < below) depths[source] = below;
      const left = (open[source] ?? 0) - 1;
      open[source] = left;
      if (left === 0) finished[count++] = source;
    }
  }
  return count === nodeCount ? { kind: "acyclic", depths } : { kind: "cyclic", cycle: cycleAmong(open, edges) };
}

/** Every unfinished node points at an unfinished one, so following them must come round. */
function cycleAmong(open: Uint32Array, edges: Edges): readonly number[] {
  const next = new Map<number, number>();
  for (const [edge, source] of edges.from.entries()) {
    const target = edges.to[edge] ?? 0;
    if (open[source] !== 0 && open[target] !== 0 && !next.has(source)) next.set(source, target);
  }
  const seen = new Map<number, number>();
  const path: number[] = [];
  for (let node = next.keys().next().value; node !== undefined; node = next.get(node)) {
    const before = seen.get(node);
    if (before !== undefined) return path.slice(before);
    seen.set(node, path.length);
    path.push(node);
  }
  return path;
}

function add(counts: Uint32Array, index: number | undefined, amount: number): void {
  if (index !== undefined) counts[index] = (counts[index] ?? 0) + amount;
}
