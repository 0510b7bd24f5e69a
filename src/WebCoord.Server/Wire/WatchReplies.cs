using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>
/// Answers requests that arm, look for or remove watches. Reading, arming and putting the reply in its place are one
/// step for the Applier: an event never comes before the reply of the read that armed its watch, and no change comes
/// between the two (zookeeper-protocol section 7.5).
/// </summary>
internal sealed class WatchReplies(Applier applier, int maxWatches)
{
    /// <summary>The numbers by which checkWatches and removeWatches name watches (section 7.7).</summary>
    private enum WatcherType
    {
        Children = 1,
        Data = 2,
        Any = 3,
        Persistent = 4,
        PersistentRecursive = 5,
    }

    public static bool IsAboutWatches(OpCode opCode) => opCode is OpCode.Exists or OpCode.GetData
        or OpCode.GetChildren or OpCode.GetChildren2 or OpCode.AddWatch or OpCode.CheckWatches
        or OpCode.RemoveWatches or OpCode.SetWatches or OpCode.SetWatches2;

    /// <exception cref="MalformedRequestException">The body is not what the opcode asks for.</exception>
    public void Answer(RequestHeader header, ref JuteReader body, WireConnection connection)
    {
        switch (header.OpCode)
        {
            case OpCode.AddWatch:
                AddWatch(header, WatchRequest.Read(ref body), connection);
                break;
            case OpCode.CheckWatches or OpCode.RemoveWatches:
                FindWatches(header, WatchRequest.Read(ref body), connection);
                break;
            case OpCode.SetWatches or OpCode.SetWatches2:
                SetWatches(header, SetWatchesRequest.Read(ref body, header.OpCode == OpCode.SetWatches2), connection);
                break;
            default:
                ReadAndWatch(header, JuteText.Decode(ReadRequest.Read(ref body).Path), connection);
                break;
        }
    }

    private void ReadAndWatch(RequestHeader header, string path, WireConnection connection) =>
        applier.Arm((state, watches) =>
        {
            connection.Outbox.Append((header, path, connection, state, watches), static (writer, read) =>
            {
                var start = writer.BeginReply(read.header.Xid, read.state.LastZxid);
                var error = ReadReplies.AnswerAbout(read.header.OpCode, read.path, read.connection, read.state, writer);
                if (error == ErrorCode.Ok)
                {
                    writer.End(start);
                }
                else
                {
                    writer.Truncate(start);
                    writer.Reply(read.header.Xid, read.state.LastZxid, error);
                }

                // A node that is not there is watched for by exists alone (section 13, point 4).
                if (error == ErrorCode.Ok
                    || (error == ErrorCode.NoNode && read.header.OpCode == OpCode.Exists && CanFire(read.path)))
                {
                    var kind = read.header.OpCode is OpCode.Exists or OpCode.GetData
                        ? WatchKind.Data
                        : WatchKind.Children;
                    read.watches.Add(read.path, kind, WatchMode.OneShot, read.connection);
                }
            });
            return EndIfTooMany(watches, connection);
        });

    /// <exception cref="MalformedRequestException">There is no such mode.</exception>
    private void AddWatch(RequestHeader header, WatchRequest request, WireConnection connection)
    {
        if (request.Number is not (0 or 1))
        {
            throw new MalformedRequestException($"there is no mode {request.Number} of watches");
        }

        applier.Arm((state, watches) =>
        {
            Add(watches, request.Path, isRecursive: request.Number == 1, connection);
            connection.Outbox.Append((header.Xid, state.LastZxid), static (writer, reply) =>
            {
                var start = writer.BeginReply(reply.Xid, reply.LastZxid);
                writer.Int((int)ErrorCode.Ok);
                writer.End(start);
            });
            return EndIfTooMany(watches, connection);
        });
    }

    /// <exception cref="MalformedRequestException">There is no such type.</exception>
    private void FindWatches(RequestHeader header, WatchRequest request, WireConnection connection)
    {
        var type = (WatcherType)request.Number;
        if (!Enum.IsDefined(type))
        {
            throw new MalformedRequestException($"there is no type {request.Number} of watches");
        }

        applier.Arm((state, watches) =>
        {
            var isFound = Named(type).Any(watch =>
                watches.Contains(request.Path, watch.Kind, watch.Mode, connection));
            if (isFound && header.OpCode == OpCode.RemoveWatches)
            {
                foreach (var (kind, mode) in Named(type))
                {
                    watches.Remove(request.Path, kind, mode, connection);
                }
            }

            Reply(connection, header.Xid, state.LastZxid, isFound ? ErrorCode.Ok : ErrorCode.NoWatcher);
            return isFound;
        });
    }

    /// <summary>Arms the watches of an earlier connection, and tells at once of what they have missed (section 7.6).
    /// </summary>
    private void SetWatches(RequestHeader header, SetWatchesRequest request, WireConnection connection) =>
        applier.Arm((state, watches) =>
        {
            var seen = new Zxid(request.RelativeZxid);
            foreach (var path in request.Data)
            {
                var node = ReadReplies.Find(state.Tree, path);
                TellOrArm(path, WatchKind.Data, node is null ? WatchEventType.Deleted
                    : node.Mzxid > seen ? WatchEventType.DataChanged
                    : null);
            }

            foreach (var path in request.Exist)
            {
                var node = ReadReplies.Find(state.Tree, path);
                TellOrArm(path, WatchKind.Data, node is null ? null : WatchEventType.Created);
            }

            foreach (var path in request.Child)
            {
                var node = ReadReplies.Find(state.Tree, path);
                TellOrArm(path, WatchKind.Children, node is null ? WatchEventType.Deleted
                    : node.Pzxid > seen ? WatchEventType.ChildrenChanged
                    : null);
            }

            foreach (var path in request.Persistent)
            {
                Add(watches, path, isRecursive: false, connection);
            }

            foreach (var path in request.Recursive)
            {
                Add(watches, path, isRecursive: true, connection);
            }

            Reply(connection, header.Xid, state.LastZxid, ErrorCode.Ok);
            return EndIfTooMany(watches, connection);

            void TellOrArm(string path, WatchKind kind, WatchEventType? missed)
            {
                if (missed is { } type)
                {
                    connection.Outbox.AppendCatchUp(type, path);
                }
                else if (CanFire(path))
                {
                    watches.Add(path, kind, WatchMode.OneShot, connection);
                }
            }
        });

    /// <summary>No node can have a longer path: a watch on one would only take memory.</summary>
    private static bool CanFire(string path) => path.Length <= ZnodePath.MaxLength;

    private static void Reply(WireConnection connection, int xid, Zxid zxid, ErrorCode error) =>
        connection.Outbox.Append((xid, zxid, error), static (writer, reply) =>
            writer.Reply(reply.xid, reply.zxid, reply.error));

    private static void Add(WatchManager<IWatcher> watches, string path, bool isRecursive, WireConnection connection)
    {
        if (!CanFire(path))
        {
            return;
        }

        if (isRecursive)
        {
            watches.Add(path, WatchKind.Data, WatchMode.Recursive, connection);
            return;
        }

        watches.Add(path, WatchKind.Data, WatchMode.Persistent, connection);
        watches.Add(path, WatchKind.Children, WatchMode.Persistent, connection);
    }

    private static IEnumerable<(WatchKind Kind, WatchMode Mode)> Named(WatcherType type) => type switch
    {
        WatcherType.Children => [(WatchKind.Children, WatchMode.OneShot)],
        WatcherType.Data => [(WatchKind.Data, WatchMode.OneShot)],
        WatcherType.Persistent =>
            [(WatchKind.Data, WatchMode.Persistent), (WatchKind.Children, WatchMode.Persistent)],
        WatcherType.PersistentRecursive => [(WatchKind.Data, WatchMode.Recursive)],
        _ => [
            (WatchKind.Data, WatchMode.OneShot), (WatchKind.Data, WatchMode.Persistent),
            (WatchKind.Data, WatchMode.Recursive), (WatchKind.Children, WatchMode.OneShot),
            (WatchKind.Children, WatchMode.Persistent),
        ],
    };

    /// <summary>ZooKeeper has no error for too many watches, so the connection ends.</summary>
    private bool EndIfTooMany(WatchManager<IWatcher> watches, WireConnection connection)
    {
        var isTooMany = watches.CountPaths(connection) > maxWatches;
        if (isTooMany)
        {
            connection.Abort($"it watches more than {maxWatches} paths "
                + "(WebCoord:ZooKeeper:MaxWatchesPerConnection)");
        }

        return isTooMany;
    }
}
