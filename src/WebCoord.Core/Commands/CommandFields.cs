using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>Which command follows. The numbers are in every log: they are never changed nor used again.</summary>
internal enum CommandTag
{
    Create = 1,
    Delete = 2,
    DeleteRecursive = 3,
    SetData = 4,
    Put = 5,
    SetAcl = 6,
    Check = 7,
    Multi = 8,
    CreateSession = 9,
    AttachSession = 10,
    TouchSessions = 11,
    CloseSession = 12,
    ExpireSession = 13,
    Reap = 14,
    ServiceResumed = 15,
    UpdateSettings = 16,
    RaiseFeatureLevel = 17,
    InstanceHeartbeat = 18,
    InstanceLeft = 19,
    EndSessions = 20,
}

/// <summary>A command as its tag and its fields: the writer and the reader of each, in the same order.</summary>
internal static class CommandFields
{
    public static void Write(ref PayloadWriter writer, Command command)
    {
        if (WriteNodeCommand(ref writer, command) || WriteSessionCommand(ref writer, command))
        {
            return;
        }

        WriteServiceCommand(ref writer, command);
    }

    public static Command Read(ref PayloadReader reader)
    {
        var tag = (CommandTag)reader.Byte();
        return tag is CommandTag.Multi ? ReadMulti(ref reader) : ReadSingle(ref reader, tag);
    }

    private static bool WriteNodeCommand(ref PayloadWriter writer, Command command)
    {
        switch (command)
        {
            case Command.Put put:
                WriteHeader(ref writer, CommandTag.Put, put.Path, put.Precondition);
                writer.Data(put.Data);
                writer.Flag(put.CreateParents);
                return true;
            case Command.SetData set:
                WriteHeader(ref writer, CommandTag.SetData, set.Path, set.Precondition);
                writer.Data(set.Data);
                return true;
            case Command.Create create:
                writer.Byte((byte)CommandTag.Create);
                writer.Text(create.Path);
                writer.Data(create.Data);
                writer.Signed((int)create.Mode);
                writer.Acl(create.Acl);
                writer.Signed(create.TtlMs);
                writer.Flag(create.CreateParents);
                return true;
            case Command.Delete delete:
                WriteHeader(ref writer, CommandTag.Delete, delete.Path, delete.Precondition);
                return true;
            case Command.DeleteRecursive delete:
                WriteHeader(ref writer, CommandTag.DeleteRecursive, delete.Path, delete.Precondition);
                return true;
            case Command.SetAcl set:
                WriteHeader(ref writer, CommandTag.SetAcl, set.Path, set.Precondition);
                writer.Acl(set.Acl);
                return true;
            case Command.Check check:
                WriteHeader(ref writer, CommandTag.Check, check.Path, check.Precondition);
                return true;
            case Command.Multi multi:
                WriteMulti(ref writer, multi);
                return true;
            default:
                return false;
        }
    }

    private static bool WriteSessionCommand(ref PayloadWriter writer, Command command)
    {
        switch (command)
        {
            case Command.TouchSessions touch:
                writer.Byte((byte)CommandTag.TouchSessions);
                WriteSessions(ref writer, touch.Sessions);
                return true;
            case Command.CreateSession create:
                writer.Byte((byte)CommandTag.CreateSession);
                writer.Signed(create.TimeoutMs);
                writer.Bytes(create.Key.Span);
                StatePieces.Write(ref writer, create.Owner);
                return true;
            case Command.AttachSession attach:
                writer.Byte((byte)CommandTag.AttachSession);
                writer.Fixed(attach.Session.Value);
                writer.Bytes(attach.Key.Span);
                writer.Signed(attach.TimeoutMs);
                StatePieces.Write(ref writer, attach.Owner);
                return true;
            case Command.CloseSession close:
                writer.Byte((byte)CommandTag.CloseSession);
                writer.Fixed(close.Session.Value);
                return true;
            case Command.ExpireSession expire:
                writer.Byte((byte)CommandTag.ExpireSession);
                writer.Fixed(expire.Session.Value);
                writer.Signed(expire.LastTouchMs);
                return true;
            case Command.EndSessions end:
                writer.Byte((byte)CommandTag.EndSessions);
                WriteSessions(ref writer, end.Sessions);
                writer.Byte((byte)end.Reason);
                return true;
            default:
                return false;
        }
    }

    private static void WriteServiceCommand(ref PayloadWriter writer, Command command)
    {
        switch (command)
        {
            case Command.Reap reap:
                writer.Byte((byte)CommandTag.Reap);
                writer.Text(reap.Path);
                break;
            case Command.ServiceResumed:
                writer.Byte((byte)CommandTag.ServiceResumed);
                break;
            case Command.UpdateSettings update:
                writer.Byte((byte)CommandTag.UpdateSettings);
                StatePieces.Write(ref writer, update.Settings);
                writer.Flag(update.Bootstrap);
                break;
            case Command.RaiseFeatureLevel raise:
                writer.Byte((byte)CommandTag.RaiseFeatureLevel);
                writer.Signed(raise.Level);
                break;
            case Command.InstanceHeartbeat heartbeat:
                writer.Byte((byte)CommandTag.InstanceHeartbeat);
                StatePieces.Write(ref writer, heartbeat.Report);
                break;
            case Command.InstanceLeft left:
                writer.Byte((byte)CommandTag.InstanceLeft);
                writer.Fixed(left.Instance);
                writer.Flag(left.LastHeartbeatMs.HasValue);
                if (left.LastHeartbeatMs is { } lastHeartbeatMs)
                {
                    writer.Signed(lastHeartbeatMs);
                }

                break;
            default:
                throw new UnreachableException($"the command {command.GetType().Name} has no encoding");
        }
    }

    private static Command ReadSingle(ref PayloadReader reader, CommandTag tag) => tag switch
    {
        CommandTag.Put => ReadPut(ref reader),
        CommandTag.SetData => ReadSetData(ref reader),
        CommandTag.Create => new Command.Create(reader.Text(), reader.Data(), (CreateMode)reader.Int32(),
            reader.Acl(), reader.Signed(), reader.Flag()),
        CommandTag.Delete => new Command.Delete(reader.Text(), ReadPrecondition(ref reader)),
        CommandTag.DeleteRecursive => new Command.DeleteRecursive(reader.Text(), ReadPrecondition(ref reader)),
        CommandTag.SetAcl => ReadSetAcl(ref reader),
        CommandTag.Check => new Command.Check(reader.Text(), ReadPrecondition(ref reader)),
        CommandTag.CreateSession => new Command.CreateSession(reader.Int32(), reader.Bytes(),
            StatePieces.ReadOwner(ref reader)),
        CommandTag.AttachSession => new Command.AttachSession(new SessionId(reader.Fixed()), reader.Bytes(),
            reader.Int32(), StatePieces.ReadOwner(ref reader)),
        CommandTag.TouchSessions => new Command.TouchSessions(ReadSessions(ref reader)),
        CommandTag.CloseSession => new Command.CloseSession(new SessionId(reader.Fixed())),
        CommandTag.ExpireSession => new Command.ExpireSession(new SessionId(reader.Fixed()), reader.Signed()),
        CommandTag.EndSessions => new Command.EndSessions(ReadSessions(ref reader), ReadReason(ref reader)),
        CommandTag.Reap => new Command.Reap(reader.Text()),
        CommandTag.ServiceResumed => new Command.ServiceResumed(),
        CommandTag.UpdateSettings => new Command.UpdateSettings(StatePieces.ReadSettings(ref reader), reader.Flag()),
        CommandTag.RaiseFeatureLevel => new Command.RaiseFeatureLevel(reader.Int32()),
        CommandTag.InstanceHeartbeat => new Command.InstanceHeartbeat(StatePieces.ReadReport(ref reader)),
        CommandTag.InstanceLeft => ReadInstanceLeft(ref reader),
        CommandTag.Multi => throw reader.Bad("a transaction holds a transaction", 1),
        _ => throw reader.Bad($"there is no command of number {(int)tag}", 1),
    };

    private static void WriteMulti(ref PayloadWriter writer, Command.Multi multi)
    {
        writer.Byte((byte)CommandTag.Multi);
        writer.Count(multi.Operations.Length);
        foreach (var operation in multi.Operations)
        {
            if (operation is Command.Multi)
            {
                throw new ArgumentException("A transaction must not hold a transaction.", nameof(multi));
            }

            Write(ref writer, operation);
        }
    }

    private static Command.Multi ReadMulti(ref PayloadReader reader)
    {
        var operations = new Command[reader.Count(1)];
        for (var i = 0; i < operations.Length; i++)
        {
            operations[i] = ReadSingle(ref reader, (CommandTag)reader.Byte());
        }

        return new Command.Multi(ImmutableCollectionsMarshal.AsImmutableArray(operations));
    }

    private static Command.Put ReadPut(ref PayloadReader reader)
    {
        var (path, precondition) = ReadHeader(ref reader);
        return new Command.Put(path, reader.Data(), precondition, reader.Flag());
    }

    private static Command.SetData ReadSetData(ref PayloadReader reader)
    {
        var (path, precondition) = ReadHeader(ref reader);
        return new Command.SetData(path, reader.Data(), precondition);
    }

    private static Command.SetAcl ReadSetAcl(ref PayloadReader reader)
    {
        var (path, precondition) = ReadHeader(ref reader);
        return new Command.SetAcl(path, reader.Acl(), precondition);
    }

    private static Command.InstanceLeft ReadInstanceLeft(ref PayloadReader reader)
    {
        var instance = reader.Fixed();
        return new Command.InstanceLeft(instance, reader.Flag() ? reader.Signed() : null);
    }

    private static SessionEndReason ReadReason(ref PayloadReader reader)
    {
        var reason = (SessionEndReason)reader.Byte();
        return reason <= SessionEndReason.LogRegressed
            ? reason
            : throw reader.Bad($"there is no end of a session of number {(int)reason}", 1);
    }

    private static void WriteHeader(ref PayloadWriter writer, CommandTag tag, string path, Precondition precondition)
    {
        writer.Byte((byte)tag);
        writer.Text(path);
        writer.Byte((byte)precondition.Kind);
        if (precondition.Kind is PreconditionKind.Version or PreconditionKind.Tag)
        {
            writer.Signed(precondition.Version);
        }

        if (precondition.Kind is PreconditionKind.Tag)
        {
            writer.Signed(precondition.Zxid.Value);
        }
    }

    private static (string Path, Precondition Precondition) ReadHeader(ref PayloadReader reader) =>
        (reader.Text(), ReadPrecondition(ref reader));

    private static Precondition ReadPrecondition(ref PayloadReader reader)
    {
        var kind = (PreconditionKind)reader.Byte();
        switch (kind)
        {
            case PreconditionKind.None:
                return Precondition.None;
            case PreconditionKind.Version:
                return Precondition.OfVersion(reader.Int32());
            case PreconditionKind.Tag:
                var version = reader.Int32();
                return Precondition.OfTag(new Zxid(reader.Signed()), version);
            case PreconditionKind.Exists:
                return Precondition.Exists;
            case PreconditionKind.Absent:
                return Precondition.Absent;
            default:
                throw reader.Bad($"there is no precondition of number {(int)kind}", 1);
        }
    }

    private static void WriteSessions(ref PayloadWriter writer, ImmutableArray<SessionId> sessions)
    {
        writer.Count(sessions.Length);
        foreach (var session in sessions)
        {
            writer.Fixed(session.Value);
        }
    }

    private static ImmutableArray<SessionId> ReadSessions(ref PayloadReader reader)
    {
        var sessions = new SessionId[reader.Count(sizeof(long))];
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i] = new SessionId(reader.Fixed());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(sessions);
    }
}
