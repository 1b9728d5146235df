// Numbers as people read them: a true minus, none before zero, and a dash where nobody knows.
export const minus = (words) => words.replace("-", "−");

export function number(v, digits = 2) {
  if (v === null || v === undefined) return "–";
  return minus(v.toFixed(digits).replace(/^-(?=[0.]*$)/, ""));
}
