// What Vite takes care of and TypeScript does not know: style sheets.
// Declarations.
declare module '*.css';
