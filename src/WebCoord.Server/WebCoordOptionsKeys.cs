using System.Collections.Immutable;
using System.Reflection;

namespace WebCoord.Server;

/// <summary>A configuration key below the section <c>WebCoord</c>.</summary>
/// <param name="Name">In full, such as <c>WebCoord:Log:Kind</c>; a list's has its items below it, <c>:0</c> and so on.
/// </param>
/// <param name="Type">The type of its value, without nullability.</param>
/// <param name="IsOptional">Whether having no value means something.</param>
internal sealed record WebCoordOptionsKey(string Name, Type Type, bool IsOptional, object? Default)
{
    public bool IsList => Type == typeof(IList<string>);
}

/// <summary>All keys that <see cref="WebCoordOptions"/> has, read off the type itself.</summary>
internal static class WebCoordOptionsKeys
{
    public static ImmutableArray<WebCoordOptionsKey> All { get; } =
        [.. Below(WebCoordOptions.Section, new WebCoordOptions())];

    private static IEnumerable<WebCoordOptionsKey> Below(string prefix, object options)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in options.GetType().GetProperties())
        {
            var name = $"{prefix}:{property.Name}";
            var value = property.GetValue(options);
            if (property.PropertyType.Namespace == typeof(WebCoordOptions).Namespace)
            {
                foreach (var key in Below(name, value!))
                {
                    yield return key;
                }

                continue;
            }

            yield return new WebCoordOptionsKey(name,
                Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType,
                nullability.Create(property).ReadState == NullabilityState.Nullable, value);
        }
    }
}
