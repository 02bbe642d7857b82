/**
 * Two texts line by line, as pairs `[before, after]` side by side; `undefined` where a line is on one side alone. What they
 * have in common is the longest sequence of lines that both have in the same order.
 */
export const lineDifference = (before, after) => {
  const [old, young] = [before.split("\n"), after.split("\n")];
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(young.length + 1));
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = young.length - 1; j >= 0; j--)
      common[i][j] = old[i] === young[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  const pairs = [];
  const [gone, come] = [[], []];
  const settle = () => {
    for (let index = 0; index < Math.max(gone.length, come.length); index++) pairs.push([gone[index], come[index]]);
    gone.length = 0;
    come.length = 0;
  };
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      settle();
      pairs.push([old[i++], young[j++]]);
    } else if (j >= young.length || (i < old.length && common[i + 1][j] >= common[i][j + 1])) gone.push(old[i++]);
    else come.push(young[j++]);
  }
  settle();
  return pairs;
};
