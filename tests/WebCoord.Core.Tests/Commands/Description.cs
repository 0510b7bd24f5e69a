using System.Collections;
using System.Globalization;
using System.Text;

namespace WebCoord.Core.Tests.Commands;

/// <summary>
/// The whole content of a value as text, found by reflection: records that hold memory or arrays compare these by
/// reference, and a field added later must not be overlooked by a comparison written by hand.
/// </summary>
internal static class Description
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case ReadOnlyMemory<byte> bytes:
                text.Append("bytes ").Append(Convert.ToHexString(bytes.Span));
                break;
            case string characters:
                text.Append('"').AppendJoin(' ', characters.Select(character => (int)character)).Append('"');
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items)
                {
                    Append(text, item);
                    text.Append("; ");
                }

                text.Append(']');
                break;
            case IConvertible scalar:
                text.Append(scalar.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                AppendProperties(text, value);
                break;
        }
    }

    private static void AppendProperties(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append('{');
        foreach (var property in value.GetType().GetProperties().Where(property => !property.GetMethod!.IsStatic))
        {
            text.Append(property.Name).Append('=');
            Append(text, property.GetValue(value));
            text.Append(", ");
        }

        text.Append('}');
    }
}
