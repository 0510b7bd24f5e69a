using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>Turns requests that change the tree into commands.</summary>
internal static class WriteRequests
{
    /// <summary>The highest flag of create requests.</summary>
    private const int LastFlag = (int)CreateMode.TtlSequential;

    public static bool IsWrite(OpCode opCode) => opCode is OpCode.Create or OpCode.Delete or OpCode.SetData
        or OpCode.SetAcl or OpCode.Multi or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl;

    /// <summary>The command of a request; null when it is one for TTL nodes and these are switched off.</summary>
    /// <exception cref="MalformedRequestException">The body is not what the opcode asks for.</exception>
    public static Command? Read(OpCode opCode, ref JuteReader body, bool extendedTypes) => opCode switch
    {
        OpCode.Create or OpCode.Create2 or OpCode.CreateContainer => ReadCreate(opCode,
            CreateRequest.Read(ref body, hasTtl: false), extendedTypes),
        OpCode.CreateTtl => ReadCreate(opCode, CreateRequest.Read(ref body, hasTtl: true), extendedTypes),
        OpCode.Delete => ReadDelete(VersionRequest.Read(ref body)),
        OpCode.SetData => ReadSetData(SetDataRequest.Read(ref body)),
        OpCode.SetAcl => ReadSetAcl(SetAclRequest.Read(ref body)),
        OpCode.Check => ReadCheck(VersionRequest.Read(ref body)),
        _ => throw new MalformedRequestException($"opcode {(int)opCode} changes nothing"),
    };

    /// <summary>The command of a transaction (zookeeper-protocol section 3.1).</summary>
    /// <param name="opCodes">What was asked of each operation; their results are written by it.</param>
    /// <exception cref="MalformedRequestException">Something in it cannot be in a transaction.</exception>
    public static Command.Multi ReadMulti(ref JuteReader body, bool extendedTypes, out ImmutableArray<OpCode> opCodes)
    {
        var operations = ImmutableArray.CreateBuilder<Command>();
        var kinds = ImmutableArray.CreateBuilder<OpCode>();
        for (var header = MultiHeader.Read(ref body); !header.Done; header = MultiHeader.Read(ref body))
        {
            if (header.OpCode is OpCode.SetAcl or OpCode.Multi)
            {
                throw new MalformedRequestException($"{header.OpCode} cannot be in a transaction");
            }

            // A null path fails the whole, also where the request alone would have a bad argument (section 5.1).
            var path = body;
            path.RequiredBytes();
            operations.Add(Read(header.OpCode, ref body, extendedTypes)
                ?? throw new MalformedRequestException("TTL nodes are switched off"));
            kinds.Add(header.OpCode);
        }

        opCodes = kinds.ToImmutable();
        return new Command.Multi(operations.ToImmutable());
    }

    private static Command.Create? ReadCreate(OpCode opCode, CreateRequest request, bool extendedTypes)
    {
        if (request.Flags is < 0 or > LastFlag)
        {
            return NotAMode(request);
        }

        var mode = (CreateMode)request.Flags;
        var isTtl = mode is CreateMode.Ttl or CreateMode.TtlSequential;
        if (isTtl && !extendedTypes)
        {
            return null;
        }

        // The opcode decides about the kind of the node, the flags only about its name (section 2.1).
        return opCode switch
        {
            OpCode.CreateContainer => isTtl ? NotAMode(request) : Create(request, CreateMode.Container, 0),
            OpCode.CreateTtl => isTtl ? Create(request, mode, request.TtlMs ?? 0) : NotAMode(request),
            _ => Create(request, mode == CreateMode.Container ? CreateMode.Persistent : mode, 0),
        };
    }

    /// <summary>A mode that there is not, or not for this opcode: a TTL node without a TTL is refused in the same way,
    /// and in its turn among the other checks.</summary>
    private static Command.Create NotAMode(CreateRequest request) => Create(request, CreateMode.Ttl, 0);

    private static Command.Create Create(CreateRequest request, CreateMode mode, long ttlMs) =>
        new(request.Path, request.Data, mode, request.Acl, ttlMs);

    private static Command.Delete ReadDelete(VersionRequest request) =>
        new(request.Path ?? throw new MalformedRequestException("the path is null"),
            Precondition.OfVersion(request.Version));

    // For the three below a null path is a bad argument like an empty one (section 5.1).
    private static Command.SetData ReadSetData(SetDataRequest request) =>
        new(request.Path ?? "", request.Data, Precondition.OfVersion(request.Version));

    private static Command.SetAcl ReadSetAcl(SetAclRequest request) =>
        new(request.Path ?? "", request.Acl, Precondition.OfVersion(request.Version));

    private static Command.Check ReadCheck(VersionRequest request) =>
        new(request.Path ?? "", Precondition.OfVersion(request.Version));
}
