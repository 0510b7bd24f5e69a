using System.Buffers;
using System.Text;
using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>
/// Answers requests that change nothing from one state of the service. It has no effects beside what it writes, so that
/// an answer may be thrown away and computed again.
/// </summary>
internal static class ReadReplies
{
    /// <summary>Paths up to this length are decoded without allocating.</summary>
    private const int StackChars = 512;

    /// <summary>A reply to many reads at once that is longer is refused: one short request could ask for any amount,
    /// and no client takes a frame so long.</summary>
    private const int MaxMultiBytes = 16 << 20;

    /// <summary>Answers a request that reads and arms no watch; false, and nothing is written, if it is not one.
    /// </summary>
    public static bool TryAnswer(RequestHeader header, JuteReader body, WireConnection connection,
        CoordinationState state, JuteWriter writer)
    {
        if (!IsPlainRead(header.OpCode, body))
        {
            return false;
        }

        var start = writer.BeginReply(header.Xid, state.LastZxid);
        ErrorCode error;
        try
        {
            error = Answer(header.OpCode, ref body, connection, state, writer);
        }
        catch (MalformedRequestException)
        {
            error = ErrorCode.MarshallingError;
        }

        if (error == ErrorCode.Ok)
        {
            writer.End(start);
        }
        else
        {
            writer.Truncate(start);
            writer.Reply(header.Xid, state.LastZxid, error);
        }

        return true;
    }

    /// <summary>Answers exists, getData, getChildren and getChildren2 about a path (sections 5.1 and 5.2).</summary>
    public static ErrorCode AnswerAbout(OpCode opCode, ReadOnlySpan<char> path, WireConnection connection,
        CoordinationState state, JuteWriter writer)
    {
        if (opCode == OpCode.Exists && path.Contains('\0'))
        {
            return ErrorCode.BadArguments;
        }

        if (Find(state.Tree, path) is not { } node)
        {
            return ErrorCode.NoNode;
        }

        if (!node.Acl.Permits(Permissions.Read, connection.Identities))
        {
            return ErrorCode.NoAuth;
        }

        switch (opCode)
        {
            case OpCode.GetData:
                // The root, too, begins with data that is empty (section 4.3), as long as none was ever set.
                writer.Buffer(node.Mzxid == Zxid.None ? node.Data.GetValueOrDefault() : node.Data);
                break;
            case OpCode.GetChildren or OpCode.GetChildren2:
                WriteNames(writer, node);
                break;
            default:
                break;
        }

        if (opCode != OpCode.GetChildren)
        {
            StatRecord.Write(writer, node.Stat);
        }

        return ErrorCode.Ok;
    }

    /// <summary>The node at a path; the empty path is the root (section 5.1).</summary>
    public static Znode? Find(DataTree tree, ReadOnlySpan<char> path) => path.IsEmpty ? tree.Root : tree.Find(path);

    private static bool IsPlainRead(OpCode opCode, JuteReader body) => opCode switch
    {
        OpCode.GetAcl or OpCode.MultiRead or OpCode.GetEphemerals or OpCode.GetAllChildrenNumber
            or OpCode.WhoAmI or OpCode.Reconfig => true,
        OpCode.Exists or OpCode.GetData or OpCode.GetChildren or OpCode.GetChildren2 => !Watches(body),
        _ => false,
    };

    /// <summary>Whether a request arms a watch; one that cannot be read arms none.</summary>
    private static bool Watches(JuteReader body)
    {
        try
        {
            return ReadRequest.Read(ref body).Watch;
        }
        catch (MalformedRequestException)
        {
            return false;
        }
    }

    private static ErrorCode Answer(OpCode opCode, ref JuteReader body, WireConnection connection,
        CoordinationState state, JuteWriter writer)
    {
        switch (opCode)
        {
            case OpCode.GetAcl:
                return AnswerAcl(body.Required(), connection, state, writer);
            case OpCode.MultiRead:
                return AnswerMulti(ref body, connection, state, writer);
            case OpCode.GetEphemerals:
                AnswerEphemerals(body.Text(), connection, state, writer);
                return ErrorCode.Ok;
            case OpCode.GetAllChildrenNumber:
                return AnswerDescendants(body.Required(), connection, state, writer);
            case OpCode.WhoAmI:
                AnswerWho(connection, writer);
                return ErrorCode.Ok;
            case OpCode.Reconfig:
                // There is no ensemble to change: switched off, as in ZooKeeper by default.
                _ = ReconfigRequest.Read(ref body);
                return ErrorCode.ReconfigDisabled;
            default:
                return AnswerAbout(opCode, ref body, connection, state, writer);
        }
    }

    private static ErrorCode AnswerAbout(OpCode opCode, ref JuteReader body, WireConnection connection,
        CoordinationState state, JuteWriter writer)
    {
        var bytes = ReadRequest.Read(ref body).Path;
        if (bytes.Length <= StackChars)
        {
            Span<char> characters = stackalloc char[StackChars];
            return AnswerAbout(opCode, characters[..Encoding.UTF8.GetChars(bytes, characters)], connection, state,
                writer);
        }

        var rented = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            return AnswerAbout(opCode, rented.AsSpan(0, Encoding.UTF8.GetChars(bytes, rented)), connection, state,
                writer);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static ErrorCode AnswerAcl(string path, WireConnection connection, CoordinationState state,
        JuteWriter writer)
    {
        if (Find(state.Tree, path) is not { } node)
        {
            return ErrorCode.NoNode;
        }

        if (!node.Acl.Permits(Permissions.Read | Permissions.Admin, connection.Identities))
        {
            return ErrorCode.NoAuth;
        }

        var mayAdminister = node.Acl.Permits(Permissions.Admin, connection.Identities);
        AclRecord.Write(writer, mayAdminister ? node.Acl : AclSchemes.Masked(node.Acl));
        StatRecord.Write(writer, node.Stat);
        return ErrorCode.Ok;
    }

    private static ErrorCode AnswerDescendants(string path, WireConnection connection, CoordinationState state,
        JuteWriter writer)
    {
        if (Find(state.Tree, path) is not { } node)
        {
            return ErrorCode.NoNode;
        }

        if (!node.Acl.Permits(Permissions.Read, connection.Identities))
        {
            return ErrorCode.NoAuth;
        }

        writer.Int((int)node.Descendants);
        return ErrorCode.Ok;
    }

    /// <summary>A prefix is no path: it may end within a name.</summary>
    private static void AnswerEphemerals(string? prefix, WireConnection connection, CoordinationState state,
        JuteWriter writer)
    {
        var session = connection.Session is { } own ? state.Sessions.Find(own.Id) : null;
        var wanted = string.IsNullOrWhiteSpace(prefix) ? "/" : prefix;
        string[] found = session is null
            ? []
            : [.. session.Ephemerals.Where(path => path.StartsWith(wanted, StringComparison.Ordinal))];
        writer.Texts(found);
    }

    /// <summary>Of a digest the user alone, without the hash of the password.</summary>
    private static void AnswerWho(WireConnection connection, JuteWriter writer)
    {
        var identities = connection.Identities;
        writer.Int(identities.Length);
        foreach (var identity in identities)
        {
            var colon = identity.Scheme == "digest" ? identity.Id.IndexOf(':', StringComparison.Ordinal) : -1;
            writer.Text(identity.Scheme);
            writer.Text(colon < 0 ? identity.Id : identity.Id[..colon]);
        }
    }

    /// <summary>Several reads of one state, each with its own result (section 3.4).</summary>
    private static ErrorCode AnswerMulti(ref JuteReader body, WireConnection connection, CoordinationState state,
        JuteWriter writer)
    {
        var first = writer.Length;
        for (var header = MultiHeader.Read(ref body); !header.Done; header = MultiHeader.Read(ref body))
        {
            if (writer.Length - first > MaxMultiBytes)
            {
                throw new MalformedRequestException($"its reply would have more than {MaxMultiBytes} bytes");
            }

            if (header.OpCode is not (OpCode.GetData or OpCode.GetChildren))
            {
                throw new MalformedRequestException($"{header.OpCode} cannot be among reads");
            }

            var start = writer.Length;
            new MultiHeader(header.OpCode, false, 0).Write(writer);
            var error = AnswerAbout(header.OpCode, ref body, connection, state, writer);
            if (error != ErrorCode.Ok)
            {
                writer.Truncate(start);
                new MultiHeader(OpCode.Error, false, (int)error).Write(writer);
                writer.Int((int)error);
            }
        }

        MultiHeader.End.Write(writer);
        return ErrorCode.Ok;
    }

    private static void WriteNames(JuteWriter writer, Znode node)
    {
        writer.Int(node.Children.Count);
        foreach (var child in node.Children)
        {
            writer.Text(child.Name);
        }
    }
}
