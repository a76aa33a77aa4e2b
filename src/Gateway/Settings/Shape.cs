using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// A section of the configuration beside the class that is read from it: every key that the class does not have, and every value
/// that is not of its type. The framework's own binder stops at the first.
/// </summary>
internal static class Shape
{
    /// <summary>A key with its path, and what is wrong with it.</summary>
    public readonly record struct Fault(string Key, string Problem)
    {
        public override string ToString() => $"{Key}: {Problem}";
    }

    public static IEnumerable<Fault> Check(IConfigurationSection section, Type type)
    {
        var children = section.GetChildren().ToList();
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementOf(type) is { } element)
            return IsEmpty(section) || children.Count > 0 ? children.SelectMany(child => Check(child, element)) : [new Fault(section.Path, $"'{section.Value}' is no list; write {section.Key}:0")];
        if (IsOfKeys(type))
            return IsEmpty(section) ? children.SelectMany(child => CheckMember(child, type)) : [new Fault(section.Path, $"'{section.Value}' has no place here: it has keys of its own, {Keys(type)}")];
        // Sets of names are lists in a file.
        if (children.Count > 0 && type.IsEnum && type.IsDefined(typeof(FlagsAttribute)))
            return children.SelectMany(child => Check(child, type));
        if (children.Count > 0)
            return [new Fault(section.Path, $"is {Expected(type)}, and has no keys of its own ({children[0].Key})")];
        return section.Value is not { } text || IsOf(type, text) ? [] : [new Fault(section.Path, $"'{text}' is not {Expected(type)}")];
    }

    private static IEnumerable<Fault> CheckMember(IConfigurationSection child, Type type) =>
        Members(type).FirstOrDefault(member => member.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Check(child, known.PropertyType)
            : [new Fault(child.Path, $"there is no such setting; there are {Keys(type)}")];

    private static bool IsEmpty(IConfigurationSection section) => string.IsNullOrEmpty(section.Value);

    private static string Keys(Type type) => string.Join(", ", Members(type).Select(member => member.Name));

    private static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(member => member.CanWrite || ElementOf(member.PropertyType) is not null);

    /// <summary>Of lists, and of what is kept under names: the type of what is in it.</summary>
    private static Type? ElementOf(Type type) => type == typeof(string) || !type.IsAssignableTo(typeof(IEnumerable)) ? null : type.GetGenericArguments().LastOrDefault();

    private static bool IsOfKeys(Type type) => type.IsClass && type != typeof(string) && !TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static bool IsOf(Type type, string text)
    {
        if (type == typeof(string))
            return true;
        // A number is no name, though the converter takes it for one.
        if (type.IsEnum)
            return text.Split(',', StringSplitOptions.TrimEntries).All(name => Enum.GetNames(type).Contains(name, StringComparer.OrdinalIgnoreCase));
        // YARP's: 2 is 2.0.
        if (type == typeof(Version) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return true;
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time, as 00:00:30 or 1.00:00:00",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(string) => "a text",
        _ => $"a {type.Name}",
    };
}
