/// <reference types="handlebars" />

/** The parser of Handlebars alone: half the time to load, and no compiler that could turn a text into code. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export function parse(text: string): hbs.AST.Program
}
