// Takes each connection on a port of its network, and prints what it was sent: a line of JSON for each.
import { createServer } from "node:net";

const server = createServer((socket) => {
  const to = socket.localAddress?.replace("::ffff:", "");
  let got = "";
  socket.on("data", (data: Buffer) => {
    got += data.toString("latin1");
    socket.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  socket.on("error", () => undefined);
  socket.on("close", () => console.log(JSON.stringify({ to, got })));
});
server.listen(Number(Bun.argv[2]), "::", () => console.log("ready"));
