using System.Globalization;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>One field of what a server sent, with what it takes for the other server's to be equal.</summary>
internal abstract record Field(string Name)
{
    /// <summary>Must be the same on both servers.</summary>
    public sealed record Plain(string Name, string Value) : Field(Name)
    {
        public override string ToString() => Value;
    }

    /// <summary>The zxid of a write: one to one and in the same order on both servers.</summary>
    public sealed record Write(string Name, long Zxid) : Field(Name)
    {
        public override string ToString() => Hex(Zxid);
    }

    /// <summary>A zxid that tells how much a server had applied: the same writes on both servers.</summary>
    public sealed record Applied(string Name, long Zxid) : Field(Name)
    {
        public override string ToString() => Hex(Zxid);
    }

    /// <summary>The id of a session: one to one and in the same order on both servers.</summary>
    public sealed record Session(string Name, long Id) : Field(Name)
    {
        public override string ToString() => Hex(Id);
    }

    /// <summary>The time of a write: each server must tell one time per zxid, later ones for later zxids.</summary>
    public sealed record Time(string Name, long Zxid, long Milliseconds) : Field(Name)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Milliseconds} of {Hex(Zxid)}");
    }

    private static string Hex(long value) => value.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>One thing that a server sent or did on one connection.</summary>
/// <param name="What">What it is, such as <c>reply</c> or <c>event</c>; the same on both servers.</param>
/// <param name="Request">What it answers, where it answers something.</param>
internal sealed record Observed(string What, PlannedRequest? Request, IReadOnlyList<Field> Fields)
{
    public static readonly Observed Closed = new("closed", null, []);

    /// <summary>No answer for so long that there will be none.</summary>
    public static readonly Observed Silence = new("silence", null, []);

    public bool IsEvent => What == "event";

    /// <summary>The value of a field as text; null where there is no such field.</summary>
    public string? this[string name] => Fields.FirstOrDefault(field => field.Name == name)?.ToString();

    public override string ToString() =>
        $"{What} {string.Join(", ", Fields.Select(field => $"{field.Name}={field}"))}".TrimEnd();
}
