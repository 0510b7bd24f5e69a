using System.Globalization;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>What Redis answered: a text or a number as <paramref name="Text"/>, or several answers; neither is
/// nil.</summary>
internal sealed record RespAnswer(string? Text, IReadOnlyList<RespAnswer> Items)
{
    public static RespAnswer Nil { get; } = new(null, []);

    public long Number => long.Parse(Text!, CultureInfo.InvariantCulture);

    /// <summary>The texts of a flat list.</summary>
    public IReadOnlyList<string> Texts => [.. Items.Select(item => item.Text!)];
}
