using WebCoord.Core;

namespace WebCoord.Server.Wire.Records;

/// <summary>What stands before every request but the first.</summary>
internal readonly record struct RequestHeader(int Xid, OpCode OpCode)
{
    public const int Bytes = 8;

    public static RequestHeader Read(ref JuteReader reader) => new(reader.Int(), (OpCode)reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Int(Xid);
        writer.Int((int)OpCode);
    }
}

/// <summary>What stands before every reply but the first, and before every notification.</summary>
internal readonly record struct ReplyHeader(int Xid, long Zxid, ErrorCode Error)
{
    public static ReplyHeader Read(ref JuteReader reader) =>
        new(reader.Int(), reader.Long(), (ErrorCode)reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Int(Xid);
        writer.Long(Zxid);
        writer.Int((int)Error);
    }
}

/// <summary>What stands before each operation of a transaction, each of its results, and at the end of both.</summary>
internal readonly record struct MultiHeader(OpCode OpCode, bool Done, int Error)
{
    public const int Bytes = 9;

    public static MultiHeader End { get; } = new(OpCode.Error, true, -1);

    public static MultiHeader Read(ref JuteReader reader) => new((OpCode)reader.Int(), reader.Bool(), reader.Int());

    public void Write(JuteWriter writer)
    {
        writer.Int((int)OpCode);
        writer.Bool(Done);
        writer.Int(Error);
    }
}
