// Why the lines of the chart of growth bend where they do: those of Granary, and what is
// to be seen of the others.

export const BENDS = [];
