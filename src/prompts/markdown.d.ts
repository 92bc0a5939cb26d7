declare module "*.md" {
  /** The file's text, bundled into the executable. */
  const text: string;
  export default text;
}
