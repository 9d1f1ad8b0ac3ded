export function save() {}
export function writePage() {}
