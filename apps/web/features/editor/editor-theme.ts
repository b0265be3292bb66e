/** The name of the theme that monaco.ts makes of the page's tokens. Apart from it, since Monaco loads in browsers only. */
export const THEME = "interlock";
