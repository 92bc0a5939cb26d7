/** For each node the nodes it points at. Walks over it keep their own stack: chains may be as long as the queue. */
export type Edges = readonly (readonly number[])[];

/** The nodes of one cycle in the order they point at each other, or null when there is none. */
export function findCycle(edges: Edges): readonly number[] | null {
  const state = new Uint8Array(edges.length);
  const next = new Uint32Array(edges.length);
  const path: number[] = [];
  for (let start = 0; start < edges.length; start += 1) {
    if (state[start] !== UNSEEN) continue;
    path.push(start);
    state[start] = ON_PATH;
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const step = next[node] ?? 0;
      const target = edges[node]?.[step];
      if (target === undefined) {
        state[node] = FINISHED;
        path.pop();
        continue;
      }
      next[node] = step + 1;
      if (state[target] === ON_PATH) return path.slice(path.indexOf(target));
      if (state[target] === FINISHED) continue;
      state[target] = ON_PATH;
      path.push(target);
    }
  }
  return null;
}

/** Length of the longest chain below each node, 0 for a node that points nowhere. The graph must have no cycle. */
export function chainDepths(edges: Edges): Uint32Array {
  const depth = new Uint32Array(edges.length);
  const next = new Uint32Array(edges.length);
  const finished = new Uint8Array(edges.length);
  const path: number[] = [];
  for (let start = 0; start < edges.length; start += 1) {
    if (finished[start] === 1) continue;
    path.push(start);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const step = next[node] ?? 0;
      const target = edges[node]?.[step];
      if (target === undefined) {
        finished[node] = 1;
        path.pop();
        continue;
      }
      if (finished[target] !== 1) {
        path.push(target);
        continue;
      }
      depth[node] = Math.max(depth[node] ?? 0, (depth[target] ?? 0) + 1);
      next[node] = step + 1;
    }
  }
  return depth;
}

const UNSEEN = 0;
const ON_PATH = 1;
const FINISHED = 2;
