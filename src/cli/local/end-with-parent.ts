// Preloaded into wrangler. A killed parent cannot clean up, but its end closes the pipe that is this process's standard
// input. Without this code wrangler and its workerd would keep running and hold the port.
process.stdin.once("end", () => {
  if (process.platform === "win32") process.exit(1);
  // Wrangler leads its own process group (see wrangler.ts): the negative id reaches workerd and esbuild as well.
  process.kill(-process.pid, "SIGKILL");
});
process.stdin.resume();
process.stdin.unref();
