using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebCoord.Server.Contract;

/// <summary>Times as RFC 3339 in UTC with exactly three digits of a second, so that they sort as text.</summary>
internal sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <param name="unixMs">Milliseconds since 1970.</param>
    public static string ToText(long unixMs) => ToText(DateTimeOffset.FromUnixTimeMilliseconds(unixMs));

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetDateTimeOffset(out var time) ? time : throw new JsonException("must be a time as in RFC 3339");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Format.Length];
        value.UtcDateTime.TryFormat(text, out var written, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
