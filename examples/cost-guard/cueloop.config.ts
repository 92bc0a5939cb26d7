import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineConfig } from "cueloop";

/** USD for each day (UTC); an agent that reports no cost is not counted. */
const BUDGET = 5;

export default defineConfig(({ repoRoot }) => {
  // Kept between runs; git ignores the folder.
  const file = join(repoRoot, ".cueloop/cache/spent.json");
  const today = () => new Date().toISOString().slice(0, 10);

  function spent(): number {
    try {
      const { day, cost } = JSON.parse(readFileSync(file, "utf8"));
      return day === today() ? cost : 0;
    } catch {
      return 0;
    }
  }

  return {
    hooks: {
      onEvent({ event }) {
        // What one turn used, whether it worked or not; a parallel run hears of those of all its workers.
        if (event.kind !== "turn_finished" || !event.payload.usage?.cost) return;
        const cost = spent() + event.payload.usage.cost;
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify({ day: today(), cost }));
      },
      beforeTask() {
        const cost = spent();
        return cost < BUDGET ? {} : { skip: `the day's budget is spent: ${cost.toFixed(2)} of ${BUDGET.toFixed(2)}` };
      },
    },
  };
});
