using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebCoord.Server.Contract;

/// <summary>An enum as its camelCase name and nothing else; a wrong name is answered with the right ones. Case is no
/// matter on the way in: generated C# clients write names as C# does.</summary>
internal sealed class EnumNameConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(
        value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<T, JsonEncodedText> Texts =
        Values.ToDictionary(pair => pair.Value, pair => JsonEncodedText.Encode(pair.Key));

    /// <summary>The names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Values.Keys);

    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && Values.TryGetValue(name, out value);
    }

    public static string NameOf(T value) => Texts[value].Value;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"must be one of {Names}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Texts[value]);
}
