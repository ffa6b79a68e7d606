/** Puts text on the clipboard; `false` where the browser does not let it, as some do not in pages that are files. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
