// What a view of a program's output needs beside the editor's own abilities.
import "monaco-editor/features/folding/register.js";
import "monaco-editor/languages/definitions/yaml/register.js";
export { defineTheme, monaco } from "../editor/monaco.ts";
