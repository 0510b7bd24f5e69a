// What the tests share: a connection to the server under test, and the problem document of a failed call.
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

export const server = process.env.WEBCOORD_ADDRESS?.replace(/\/$/, '');
if (!server) {
  throw new Error('Set WEBCOORD_ADDRESS to the address of a running server, such as http://127.0.0.1:5080.');
}

export const webSockets = { transport: HttpTransportType.WebSockets, skipNegotiation: true };

/** Connects, and gathers everything that is pushed. */
export async function connect(options = webSockets) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${server}/hubs/coordination`, options)
    .configureLogging(LogLevel.None)
    .build();
  const pushes = [];
  const waiting = [];
  const take = push => {
    pushes.push(push);
    for (const waiter of [...waiting]) {
      waiter();
    }
  };
  connection.on('WatchEvent', (watchId, event) => take({ name: 'WatchEvent', watchId, event }));
  for (const name of ['SessionEvent', 'ClusterEvent', 'Resync']) {
    connection.on(name, body => take({ name, ...body }));
  }

  await connection.start();
  return {
    connection,
    pushes,
    call: (method, body = {}) => connection.invoke(method, body),
    stop: () => connection.stop(),
    /** The first push that satisfies the condition, taken out of those gathered. */
    next: condition => new Promise((resolve, reject) => {
      const giveUp = setTimeout(
        () => reject(new Error(`Nothing of the kind came, but ${JSON.stringify(pushes)}`)), 30_000);
      const look = () => {
        const index = pushes.findIndex(condition);
        if (index >= 0) {
          clearTimeout(giveUp);
          waiting.splice(waiting.indexOf(look), 1);
          resolve(pushes.splice(index, 1)[0]);
        }
      };
      waiting.push(look);
      look();
    }),
  };
}

export const eventOf = watchId => push => push.name === 'WatchEvent' && push.watchId === watchId;

/** The problem document in the message of a HubException. */
export const problemOf = error => JSON.parse(error.message.slice(error.message.indexOf('{')));

/** The problem that a call ends in. */
export async function problem(call) {
  try {
    await call;
  } catch (error) {
    return problemOf(error);
  }

  throw new Error('The call succeeded.');
}
