/** True while text within `container` is selected. */
export function hasSelectionIn(container: Node): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(container, true);
}

/** Lets go of a selection that reaches into `container`. */
export function clearSelectionIn(container: Node): void {
  if (hasSelectionIn(container)) document.getSelection()?.removeAllRanges();
}
