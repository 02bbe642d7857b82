import fc from "fast-check";
import { CostCap } from "#src/ai/cost-cap.js";

test("O14 whatever is asked for at the same time, and whatever it costs, the cap holds", async () => {
  const wishes = fc.array(fc.record({ most: fc.nat(50), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(200), wishes, fc.scheduler(), async (limit, all, scheduler) => {
      const cap = new CostCap(limit, 0);
      let held = 0;
      let spent = 0;
      const refused: { most: number; left: number }[] = [];
      const work = all.map(async ({ most, share }) => {
        if (!(await cap.takeWhenFree(most))) {
          refused.push({ most, left: limit - spent });
          return;
        }
        held += most;
        expect(spent + held).toBeLessThanOrEqual(limit);
        await scheduler.schedule(Promise.resolve());
        const cost = Math.floor(most * share);
        held -= most;
        spent += cost;
        cap.settle(most, cost);
      });
      await scheduler.waitFor(Promise.all(work));
      expect(spent).toBeLessThanOrEqual(limit);
      // Only what could not fit any more was refused, and nobody waits for ever.
      for (const { most, left } of refused) expect(most).toBeGreaterThan(left);
    }),
    { numRuns: 200 },
  );
});

test("O14 a second attempt finds room at once or not at all", () => {
  const cap = new CostCap(100, 20);
  expect(cap.take(50)).toBe(true);
  expect(cap.left).toBe(30);
  expect(cap.take(31)).toBe(false);
  cap.settle(50, 10);
  expect(cap.left).toBe(70);
});
