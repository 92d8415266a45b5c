// Preloaded into wrangler. A parent that is killed cannot clean up, but its end closes the pipe that is our
// standard input, and without this wrangler and its workerd would live on and keep the port.
process.stdin.once("end", () => {
  if (process.platform === "win32") process.exit(1);
  // Wrangler leads its own process group (see wrangler.ts): the negative id reaches workerd and esbuild as well.
  process.kill(-process.pid, "SIGKILL");
});
process.stdin.resume();
process.stdin.unref();
