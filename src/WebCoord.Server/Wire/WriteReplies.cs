using System.Collections.Immutable;
using WebCoord.Core;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Wire;

/// <summary>Writes what became of a request that was to change something.</summary>
internal static class WriteReplies
{
    public static void Write(JuteWriter writer, WireWrite write, ApplyResult result)
    {
        // A failed transaction is a success that tells of a failure (zookeeper-protocol section 3.3).
        var isMulti = write.OpCode == OpCode.Multi && (result.Succeeded || !result.Operations.IsEmpty);
        if (!result.Succeeded && !isMulti)
        {
            writer.Reply(write.Xid, result.Zxid, WireError.Of(result.Error));
            return;
        }

        var start = writer.BeginReply(write.Xid, result.Zxid);
        if (isMulti)
        {
            WriteMulti(writer, write.Operations, result);
        }
        else
        {
            WriteBody(writer, write.OpCode, result);
        }

        writer.End(start);
    }

    private static void WriteMulti(JuteWriter writer, ImmutableArray<OpCode> opCodes, ApplyResult multi)
    {
        for (var i = 0; i < multi.Operations.Length; i++)
        {
            if (multi.Succeeded)
            {
                var opCode = ResultOf(opCodes[i]);
                new MultiHeader(opCode, false, 0).Write(writer);
                WriteBody(writer, opCode, multi.Operations[i]);
            }
            else
            {
                var error = (int)WireError.Of(multi.Operations[i].Error);
                new MultiHeader(OpCode.Error, false, error).Write(writer);
                writer.Int(error);
            }
        }

        MultiHeader.End.Write(writer);
    }

    /// <summary>Java clients know only these types of results (section 3.2).</summary>
    private static OpCode ResultOf(OpCode opCode) =>
        opCode is OpCode.CreateContainer or OpCode.CreateTtl ? OpCode.Create2 : opCode;

    private static void WriteBody(JuteWriter writer, OpCode opCode, ApplyResult result)
    {
        switch (opCode)
        {
            case OpCode.Create:
                writer.Text(result.Path);
                break;
            case OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl:
                writer.Text(result.Path);
                StatRecord.Write(writer, result.Stat.GetValueOrDefault());
                break;
            case OpCode.SetData or OpCode.SetAcl:
                StatRecord.Write(writer, result.Stat.GetValueOrDefault());
                break;
            default:
                break;
        }
    }
}
