package access

// Counting says whether ways are counted.
const Counting = false
