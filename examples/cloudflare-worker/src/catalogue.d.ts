/** Written by scripts/catalogue.mjs before each build. */
declare module "*catalogue.txt" {
  const text: string;
  export default text;
}
